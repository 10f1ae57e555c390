{foreach [1,2] as $a name=n}{foreach [1,2,3] as $b name=n}{$smarty.foreach.n.index}{/foreach}{$smarty.foreach.n.index} {/foreach}
