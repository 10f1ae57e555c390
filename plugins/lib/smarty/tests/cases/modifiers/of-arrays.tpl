{foreach $l|array_reverse as $x}{$x}{/foreach} {$l|json_encode} {$l|print_r:true} {$l|end}
