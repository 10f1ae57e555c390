{extends file="base.tpl"}{block name=a}<{$smarty.block.parent}>{/block}{block name=b}child{/block}
