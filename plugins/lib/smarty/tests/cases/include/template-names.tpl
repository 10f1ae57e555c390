{$smarty.template} {include file="sub/part.tpl"}
