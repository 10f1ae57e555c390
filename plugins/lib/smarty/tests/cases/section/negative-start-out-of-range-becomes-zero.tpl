{section name=s loop=3 start=-9}{$smarty.section.s.index}{/section}
