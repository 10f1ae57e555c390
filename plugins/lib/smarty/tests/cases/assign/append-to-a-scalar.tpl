{append var=s value=1}{append var=s value=2 index=k}{foreach $s as $k=>$v}{$k}={$v};{/foreach}
