{assign var=a value=true}{assign var=b value=false}{assign var=c value=null}{assign var=d value=TRUE}{$a|gettype} {$b|gettype} {$c|gettype} {$d|gettype}
