a
{block name=b}
B
{/block}
c
