{extends file="base.tpl"}{block name=a}one{/block}{block name=a}two{/block}
