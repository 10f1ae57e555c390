{/block}
