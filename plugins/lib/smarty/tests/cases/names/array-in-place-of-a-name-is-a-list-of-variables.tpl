{'q' assign=$m}{$a}{$b} {capture assign=$m}t{/capture}{$a}{$b} {include 'part.tpl' assign=$m}{$a}{$b}
