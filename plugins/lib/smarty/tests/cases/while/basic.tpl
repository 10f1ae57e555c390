{$i=0}{while $i<3}{$i++}{/while} {while $i>0}{$i=$i-1}{$i}{/while}
