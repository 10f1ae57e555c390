{foreach $l as $v}{$v='x'}{$v}{/foreach} {foreach $l as $v}{$v}{/foreach}
