[{$smarty.foreach.nosuch.index}]
