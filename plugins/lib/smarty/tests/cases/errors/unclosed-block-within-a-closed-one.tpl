{foreach [1] as $x}
{if $x}
{/foreach}
