{assign var=a value=1}{assign var="b" value="two"}{assign "c" "three"}{assign d 4}{assign var='e' value=[1,2]}{assign value=6 var=f}{$a}{$b}{$c}{$d}{$e.1}{$f}
