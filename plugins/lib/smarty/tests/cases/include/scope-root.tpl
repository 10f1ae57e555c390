{include file="one.tpl"}{$x}
