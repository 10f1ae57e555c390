{extends file="nobase.tpl"}{block name=a}x{/block}
