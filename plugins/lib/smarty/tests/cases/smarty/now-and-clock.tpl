{$smarty.now} {$smarty.now|date_format:'%Y-%m-%d %H:%M:%S'} {$smarty.now+60}
