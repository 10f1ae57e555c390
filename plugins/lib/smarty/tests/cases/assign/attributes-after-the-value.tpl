{$a=1 value=2}{$a} {$b=1 var=c}[{$b}]{$c} {$d.k='one' value='two'}{$d.k} {$e=1 value=2 value=3}{$e} {$f=$n++ value=7}{$f}{$n} {$g.k=1 var='h'}{$h.k}
