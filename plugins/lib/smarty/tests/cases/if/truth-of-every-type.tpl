{foreach $all as $v}{if $v}1{else}0{/if}{/foreach}
