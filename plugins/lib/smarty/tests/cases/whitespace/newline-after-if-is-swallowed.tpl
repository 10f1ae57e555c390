a
{if 1}
b
{/if}
c
{if 0}
d
{elseif 1}
e
{else}
f
{/if}
g
