{$smarty.now=5}{$smarty.now}
