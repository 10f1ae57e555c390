a{literal}{/literal}b{literal}
{/literal}c
