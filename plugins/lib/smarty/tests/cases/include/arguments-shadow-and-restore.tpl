{$name='outer'}{include file="part.tpl" name="inner"}{$name}
