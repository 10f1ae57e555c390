{function f}
  line {$n}
{/function}
[{f n=1}]
