{extends file="base.tpl"}{block name=a}x{block name=n}N{/block}y{/block}
