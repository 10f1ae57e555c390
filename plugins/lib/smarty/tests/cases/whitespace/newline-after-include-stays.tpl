a
{include file="p.tpl"}
b
{include file="p.tpl" assign=q}
c{$q}
{include file="p.tpl"}{include file="p.tpl"}
