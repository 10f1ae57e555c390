ok
{if false}{'a'|str_repeat}{/if}