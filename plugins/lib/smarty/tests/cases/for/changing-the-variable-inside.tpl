{for $i=1 to 6}{$i}{$i=$i+1}{/for}
