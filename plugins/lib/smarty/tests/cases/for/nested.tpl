{for $i=1 to 2}{for $j=1 to 2}{$i}{$j} {/for}{/for}
