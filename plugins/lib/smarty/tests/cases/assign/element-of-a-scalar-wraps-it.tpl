{$x.k='v'}{foreach $x as $k=>$v}{$k}={$v};{/foreach} {$i[]=2}{foreach $i as $k=>$v}{$k}={$v};{/foreach} {$n.k=1}{foreach $n as $k=>$v}{$k}={$v};{/foreach}
