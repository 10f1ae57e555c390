{if $x = 5}{$x}{/if}{if $y = strlen('')}a{else}b{$y}{/if}
