{$a=['k'=>1]}{include file="part.tpl"}{$a.k}{$a.l}
