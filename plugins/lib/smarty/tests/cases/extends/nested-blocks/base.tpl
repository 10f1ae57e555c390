[{block name=outer}o{block name=inner}i{/block}o{/block}]
