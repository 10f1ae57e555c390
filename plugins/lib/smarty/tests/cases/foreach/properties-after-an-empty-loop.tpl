{foreach [] as $v name=n}{$v@index}{foreachelse}none{/foreach}[{$v@show}][{$v@total}][{$smarty.foreach.n.show}]
