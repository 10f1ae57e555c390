{extends file="base.tpl"}{block name=a}M({$smarty.block.parent}){/block}{block name=b}MB{/block}
