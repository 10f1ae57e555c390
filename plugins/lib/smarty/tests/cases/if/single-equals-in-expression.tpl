{if $a = 1 && $b}x{/if}
