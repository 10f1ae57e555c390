{section name=s loop=$l}{$l[$smarty.section.s.index]}{$l[s.index_next]|default:'end'} {/section}
