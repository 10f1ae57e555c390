{for $i=1 to 3}{$i@iteration}{$i@total}[{$i@first}][{$i@last}] {/for}{$i@iteration}
