{foreach $l as $v}<{$v}>{/foreach} {foreach $l as $k => $v}{$k}={$v};{/foreach} {foreach $l as $k=>$v}{$k}{/foreach}
