{block name=$n}x{/block}
