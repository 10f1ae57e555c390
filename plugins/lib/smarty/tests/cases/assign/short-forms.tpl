{$a=1}{$b = 'two'}{$c=$a+1}{$d="x$b"}{$e=[1]}{$f=true}{$g=null}{$h=$b|upper}{$i=strlen($b)}{$a}{$b}{$c}{$d}{$e.0}{$f}[{$g}]{$h}{$i}
