[{block name=a}x{/block}]
