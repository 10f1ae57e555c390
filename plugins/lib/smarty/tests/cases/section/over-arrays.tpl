{section name=s loop=$l}{$l[s]}{$smarty.section.s.index} {/section}{section name="s" loop=$k}{$k[s].n} {/section}
