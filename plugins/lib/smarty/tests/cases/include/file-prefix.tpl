{include file="file:part.tpl"}
