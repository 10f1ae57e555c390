{$b=$a}{$b.x=2}{$b.y=3}{$a.x}{$a|count}{$b.x}{$b|count}
