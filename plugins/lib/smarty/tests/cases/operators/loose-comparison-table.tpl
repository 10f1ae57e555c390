{foreach $all as $i => $x}{foreach $all as $j => $y}{if $x == $y}1{else}0{/if}{/foreach}
{/foreach}
