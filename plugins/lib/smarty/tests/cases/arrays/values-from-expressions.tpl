{foreach [1+1,$v|upper,strlen($v),"a$v",-3,(2*3),true,null,[$v]] as $x}[{if is_array($x)}{$x.0}{else}{$x}{/if}]{/foreach}
