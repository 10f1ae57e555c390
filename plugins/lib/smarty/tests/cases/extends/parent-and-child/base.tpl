[{block name=a}A{/block}][{block name=b}({$smarty.block.child}){/block}]
