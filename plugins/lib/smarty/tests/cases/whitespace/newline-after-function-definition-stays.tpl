a
{function name=f}
F
{/function}
b
{f}
c
{call f}
d
