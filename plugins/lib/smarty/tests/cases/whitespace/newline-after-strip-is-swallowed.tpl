a
{strip}
b
c
{/strip}
d
