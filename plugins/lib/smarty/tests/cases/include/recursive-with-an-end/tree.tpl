{$n}{if $n>0}{include file="tree.tpl" n=$n-1}{/if}
