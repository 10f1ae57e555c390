{section name=s loop=5}{if $smarty.section.s.index==1}{continue}{/if}{if $smarty.section.s.index==3}{break}{/if}{$smarty.section.s.index}{/section}
