{call f n=1}{function f}f{$n}{/function}
