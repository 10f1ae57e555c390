{$n=3}{while $x = $n}{$x}{$n=$n-1}{/while}
