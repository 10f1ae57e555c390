{foreach $all as $i => $x}{foreach $all as $j => $y}{if $x < $y}1{elseif $x > $y}2{else}0{/if}{/foreach}
{/foreach}
