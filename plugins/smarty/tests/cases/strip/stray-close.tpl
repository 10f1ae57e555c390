 a
{/strip}
 b
