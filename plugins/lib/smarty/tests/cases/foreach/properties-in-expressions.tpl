{foreach $l as $v}{$v@index+1}/{$v@total} {"i`$v@index`"} {$v@iteration*2} {/foreach}
