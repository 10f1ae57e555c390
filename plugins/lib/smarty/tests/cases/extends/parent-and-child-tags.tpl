{extends file="base.tpl"}{block name=a}<{parent}>{/block}{block name=b}child{/block}
