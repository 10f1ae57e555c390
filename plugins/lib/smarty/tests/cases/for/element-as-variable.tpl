{for $a.k=1 to 2}{$a.k}{/for}
