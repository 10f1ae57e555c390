{$smarty.get.$k} {$smarty.get['a']} {$smarty.get[$k]}
