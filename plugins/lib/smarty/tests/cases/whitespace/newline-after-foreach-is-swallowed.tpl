a
{foreach [1,2] as $n}
n{$n}
{/foreach}
b
{foreach [] as $n}
x
{foreachelse}
none
{/foreach}
c
