{include file="tree.tpl"}
