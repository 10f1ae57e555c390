{block}x{/block}
