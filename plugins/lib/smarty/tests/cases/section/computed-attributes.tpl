{section name=s loop=$n start=$a step=$b max=$c}{$smarty.section.s.index} {/section}{$smarty.section.s.total}
