{$if}{$foreach}{$literal}{$true}{$null}{$smarty1}
