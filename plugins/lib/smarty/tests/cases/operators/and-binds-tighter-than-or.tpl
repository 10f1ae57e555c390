{if 1 || 0 && 0}a{else}b{/if}{if (1 || 0) && 0}a{else}b{/if}{if 1 or 0 and 0}a{else}b{/if}{if 0 and 1 or 1}a{else}b{/if}
