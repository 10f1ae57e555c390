[{$nothing}][{$nothing.a}][{$nothing.a.b}][{$nothing[0]}][{$nothing|upper}][{$nothing@index}]
