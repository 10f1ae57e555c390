{$smarty.template}
