{include file="part.tpl"}[{$smarty.capture.c}]
