{','|explode:'a,b,c'|count} {foreach ','|explode:'a,b' as $x}{$x};{/foreach} {'-'|implode:['a','b']} {','|explode:'a,b,c':2|count} {foreach ','|explode:'' as $x}[{$x}]{/foreach}
