{function f}F{$n}{/function}{call f assign=x n=1}[{$x}] {f assign=y n=2}[{$y}]
