{include file="part.tpl" name="one" n=1+1} {include file="part.tpl" name=$v n=[1,2]|count} {include file="part.tpl"}[{$name}][{$n}]
