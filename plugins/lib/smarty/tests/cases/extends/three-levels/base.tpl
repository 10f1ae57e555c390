[{block name=a}A{/block}][{block name=b}B{/block}]
