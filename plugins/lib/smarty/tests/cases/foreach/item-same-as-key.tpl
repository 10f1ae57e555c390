{foreach $l as $v => $v}{$v}{/foreach}
