{foreach $t as $r}{foreach $r as $c}{$c}{if !$c@last},{/if}{/foreach}{if !$r@last};{/if}{/foreach}
