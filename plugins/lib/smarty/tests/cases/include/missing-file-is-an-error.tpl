a
{include file="missing.tpl"}
