{if 1 || 1 and 0}a{else}b{/if}{if !$v == 1}a{else}b{/if}{if not $v == 1}c{else}d{/if}{if !($v == 1)}e{else}f{/if}
