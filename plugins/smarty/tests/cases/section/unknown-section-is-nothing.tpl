[{$smarty.section.nosuch.index}]
