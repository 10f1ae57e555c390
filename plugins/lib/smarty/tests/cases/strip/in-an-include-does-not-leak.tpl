{strip}
 a
 {include file="p.tpl"}
 b
{/strip}
