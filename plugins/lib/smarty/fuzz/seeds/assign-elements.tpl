{$a.k=1}{$a['l']=2}{$a.m.n=3}{$a[]=4}{$a.o[]=5}{$a.$k=6}{$a["p$k"]=7}{$a[9]=8}{$a[]=9}{foreach $a as $x=>$y}{$x}={if is_array($y)}({foreach $y as $p=>$q}{$p}:{$q}{/foreach}){else}{$y}{/if} {/foreach}
