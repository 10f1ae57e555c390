{foreach [1,2,3] as $v name=n}{if $v==2}{break}{/if}{/foreach}{$v@iteration}[{$v@last}]{$smarty.foreach.n.iteration}
