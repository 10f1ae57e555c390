[{block name=a hide}hidden{/block}][{block name=b hide}({$smarty.block.child}){/block}]
