{$a.z=1}{$a.b=2}[{ksort($a)}]{foreach $a as $k=>$v}{$k}{/foreach}
