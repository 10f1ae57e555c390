{$x='outer'}{include file="part.tpl"}{$x}[{$y}]
