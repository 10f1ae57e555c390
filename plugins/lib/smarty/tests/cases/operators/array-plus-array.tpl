{foreach $a+$b as $k=>$v}{$k}={$v} {/foreach}
