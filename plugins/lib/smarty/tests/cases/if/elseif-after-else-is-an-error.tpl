{if 0}a{else}b{elseif 1}c{/if}
