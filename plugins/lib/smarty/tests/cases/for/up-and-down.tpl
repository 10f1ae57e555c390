{for $i=1 to 3}{$i}{/for} {for $i=3 to 1}{$i}{/for} {for $i=3 to 1 step=-1}{$i}{/for} {for $i=1 to 10 step 3}{$i},{/for} {for $i=0 to 5 max=2}{$i}{/for}
