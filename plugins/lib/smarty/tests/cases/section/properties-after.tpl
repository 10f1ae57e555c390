{section name=s loop=3}{/section}{$smarty.section.s.index}|{$smarty.section.s.loop}|{$smarty.section.s.total}|{$smarty.section.s.iteration}|{$smarty.section.s.last}
