{foreach $l as $k => $v}{$v@index}{$v@iteration}{$v@key}[{$v@first}][{$v@last}]{$v@total}[{$v@show}] {/foreach}
