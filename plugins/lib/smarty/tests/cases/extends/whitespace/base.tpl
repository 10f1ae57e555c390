one
{block name=a}
  base
{/block}
two
