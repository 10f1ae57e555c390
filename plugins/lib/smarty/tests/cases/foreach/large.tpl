{foreach range(1,1000) as $v}{if $v@last}{$v@total}{/if}{/foreach}
