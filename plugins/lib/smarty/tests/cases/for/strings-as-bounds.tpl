{for $i='1' to '3'}{$i}{/for} {for $i=$a to $b}{$i}{/for}
