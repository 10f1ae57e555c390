{foreach $l as v}{$v}{/foreach}
