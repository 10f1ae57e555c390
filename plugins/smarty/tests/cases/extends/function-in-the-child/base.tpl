[{block name=a}{/block}]
