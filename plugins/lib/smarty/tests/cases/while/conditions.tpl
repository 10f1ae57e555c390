{$i=5}{while $i > 0 && $i != 2}{$i}{$i=$i-1}{/while} {while count($l) > 1}{$x=array_pop($l)}{$x}{/while}
