{foreach $l as $v name=n}{/foreach}{$v}|{$v@index}|{$v@iteration}|{$v@total}|{$v@last}|{$v@first}|{$smarty.foreach.n.iteration}|{$smarty.foreach.n.total}
