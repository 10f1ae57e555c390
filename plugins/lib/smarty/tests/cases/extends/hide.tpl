{extends file="base.tpl"}{block name=b}x{/block}
