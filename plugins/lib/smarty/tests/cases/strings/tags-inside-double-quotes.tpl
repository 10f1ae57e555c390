{"{if $i>3}big{else}small{/if}"} {"{foreach [1,2] as $n}<{$n}>{/foreach}"} {$x="{for $j=1 to 3}{$j}{/for}"}{$x}
