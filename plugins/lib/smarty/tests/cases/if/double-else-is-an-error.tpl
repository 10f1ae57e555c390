{if 0}a{else}b{else}c{/if}
