[{block name=a}base{/block}]
