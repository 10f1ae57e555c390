{strip}
a   b		c
  d    e
{/strip}
