{$a.z=1}{$a.a=2}{$a.m=3}{$a.z=4}{foreach $a as $k=>$v}{$k}{$v} {/foreach}
