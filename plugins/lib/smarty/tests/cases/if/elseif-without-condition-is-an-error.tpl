{if 0}a{elseif}b{/if}
