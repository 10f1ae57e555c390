a
{for $n=1 to 2}
n{$n}
{forelse}
none
{/for}
b
{for $n=1 to 0}
n
{forelse}
none
{/for}
