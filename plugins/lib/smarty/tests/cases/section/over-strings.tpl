{section name=s loop=$s}[{$smarty.section.s.index}]{/section} {section name=s loop="2 lines"}[{$smarty.section.s.index}]{/section}
