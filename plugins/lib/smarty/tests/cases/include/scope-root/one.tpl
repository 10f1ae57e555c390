{include file="two.tpl"}[{$x}]
