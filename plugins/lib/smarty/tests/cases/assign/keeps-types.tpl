{$a=1.0}{$a|gettype} {$b='1'}{$b|gettype} {$c=1}{$c|gettype} {$d=1/2}{$d|gettype} {$e=4/2}{$e|gettype} {$f="1"}{$f|gettype} {$g=[]}{$g|gettype}
