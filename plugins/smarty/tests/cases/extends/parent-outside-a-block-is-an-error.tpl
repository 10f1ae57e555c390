{$smarty.block.parent}
