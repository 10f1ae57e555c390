{$smarty.ldelim}x{$smarty.rdelim}
