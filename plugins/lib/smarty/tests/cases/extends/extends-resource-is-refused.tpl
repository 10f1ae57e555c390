{include file="extends:base.tpl|part.tpl"}
