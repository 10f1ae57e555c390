{if $x = strlen('abc')}{$x}{/if}
