{if (1) ? 1 : 0}x{/if} {if ($v > 3) ? 0 : 1}y{else}z{/if}
