{section name=s loop=3}{$smarty.section.s.index}{/section} {section name=s loop="4"}{$smarty.section.s.index}{/section} {section s 2}{$smarty.section.s.index}{/section}
