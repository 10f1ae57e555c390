{if $v > 3 ? 0 : 1}y{/if}
