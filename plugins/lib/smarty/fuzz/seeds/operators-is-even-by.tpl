{for $i=0 to 12}{if $i is even by 3}{$i} {/if}{/for}| {for $i=0 to 12}{if $i is odd by 2}{$i} {/if}{/for}| [{6 is even by 3}][{6 is not odd by 4}]
