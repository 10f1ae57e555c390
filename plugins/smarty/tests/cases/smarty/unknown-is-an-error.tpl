x
{$smarty.nosuch}
