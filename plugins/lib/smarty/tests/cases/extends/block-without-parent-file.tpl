a{block name=x}X{/block}b{block name=x}again{/block}
