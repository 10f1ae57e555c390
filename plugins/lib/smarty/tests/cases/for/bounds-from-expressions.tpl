{for $i=$a to $b}{$i}{/for} {for $i=$a+1 to count($l)}{$i}{/for} {for $i=1 to $l|count}{$i}{/for}
