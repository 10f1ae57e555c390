{include file="part.tpl" scope=parent}{$x}
