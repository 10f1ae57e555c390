{foreach $l as $k=>$v}{$l.$k=0}{$l[]=9}{$v}{/foreach} {foreach $l as $v}{$v}{/foreach}
