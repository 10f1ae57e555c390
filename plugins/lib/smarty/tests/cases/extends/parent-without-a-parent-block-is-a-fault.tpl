{block name=a}[{$smarty.block.parent}]{/block}
