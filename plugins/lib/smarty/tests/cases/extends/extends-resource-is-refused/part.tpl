{block name=a}P{/block}
