{$a_{$i}=5}{$a_1} {$b_{$i}.k='x'}{$b_1.k} {assign var="c_`$i`" value=7}{$c_1} {assign "d_{$i}" 8}{$d_1}
