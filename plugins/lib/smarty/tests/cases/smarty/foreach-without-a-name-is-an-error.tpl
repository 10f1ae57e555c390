[{$smarty.foreach}]
