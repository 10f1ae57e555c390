{for $i=0 to 1 step 0.25}{$i} {/for} {for $i=1 to 2 step=0.5}{$i} {/for}
