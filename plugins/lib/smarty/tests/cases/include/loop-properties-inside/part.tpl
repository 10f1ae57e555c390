[{$n@index}][{$n@iteration}][{$n@first}][{$n@last}][{$n@total}][{$smarty.foreach.l.index}]
