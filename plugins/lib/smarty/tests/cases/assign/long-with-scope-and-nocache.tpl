{assign var=a value=1 nocache}{assign var=b value=2 scope=global}{assign var=c value=3 scope=local}{$d=4 nocache}{$e=5 scope=root}{$a}{$b}{$c}{$d}{$e}
