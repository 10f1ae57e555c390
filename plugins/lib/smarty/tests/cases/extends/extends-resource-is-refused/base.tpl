[{block name=a}A{/block}]
