{extends file="mid.tpl"}{block name=a}C({$smarty.block.parent}){/block}
