{$smarty}
