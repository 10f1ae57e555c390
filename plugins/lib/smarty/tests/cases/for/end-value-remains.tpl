{for $i=1 to 3}{/for}{$i} {for $i=3 to 1 step -1}{/for}{$i} {for $i=5 to 4}{/for}{$i}
