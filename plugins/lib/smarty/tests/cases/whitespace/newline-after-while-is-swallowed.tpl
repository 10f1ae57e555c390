{$n=0}
{while $n<2}
n{$n++}
{/while}
end
