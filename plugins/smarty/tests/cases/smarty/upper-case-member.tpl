[{$smarty.NOW}]
