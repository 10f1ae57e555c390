{if 0 && 1/0}x{else}a{/if}{if 1 || 1/0}b{/if}{if isset($u) && $u.k > 1}x{else}c{/if}
