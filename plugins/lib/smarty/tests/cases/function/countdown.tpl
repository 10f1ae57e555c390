{function down n=5}{$n}{if $n>0},{down n=$n-1}{/if}{/function}{down}
