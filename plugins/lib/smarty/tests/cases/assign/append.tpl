{append var=a value=1}{append var=a value=2}{append var=a value=3 index=x}{append 'a' 4}{append var=a value=5 index="y"}{foreach $a as $k=>$v}{$k}={$v};{/foreach}
