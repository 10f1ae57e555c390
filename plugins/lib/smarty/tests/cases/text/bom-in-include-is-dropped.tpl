[{include file="part.tpl"}]
