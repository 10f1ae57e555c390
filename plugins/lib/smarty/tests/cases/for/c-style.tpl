{for $i=0;$i<3;$i++}{$i}{/for} {for $i=3;$i>0;$i--}{$i}{/for} {for $i=0,$j=9;$i<$j;$i=$i+4}{$i}{$j} {/for}{$i}
