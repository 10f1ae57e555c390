{$a} {$b} {$c} {$a-$a} {$a|intval} {if $c == $c}eq{else}ne{/if}
