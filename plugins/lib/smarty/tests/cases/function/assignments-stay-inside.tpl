{$v='outer'}{function f}{$v='inner'}{$w=1}{$v}{/function}{f}{$v}[{$w}]
