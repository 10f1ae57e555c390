{foreach $l as $k => $v}{/foreach}{$k}{$v}
