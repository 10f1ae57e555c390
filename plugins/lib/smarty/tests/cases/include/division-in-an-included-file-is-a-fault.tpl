a
{include file="bad.tpl"}
