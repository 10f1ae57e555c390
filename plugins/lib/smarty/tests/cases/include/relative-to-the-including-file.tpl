{include file="sub/one.tpl"}
