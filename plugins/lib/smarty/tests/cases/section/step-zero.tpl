{section name=s loop=3 step=0}{$smarty.section.s.index}{/section}
