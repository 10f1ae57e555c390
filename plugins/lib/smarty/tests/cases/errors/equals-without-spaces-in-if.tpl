{if $a=}x{/if}
