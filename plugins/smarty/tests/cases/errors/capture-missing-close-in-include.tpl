{include file="part.tpl"}
