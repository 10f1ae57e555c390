{foreach $l as $v name=n}{$smarty.foreach.n.index}{$smarty.foreach.n.iteration}[{$smarty.foreach.n.first}][{$smarty.foreach.n.last}]{$smarty.foreach.n.total}[{$smarty.foreach.n.show}] {/foreach}
