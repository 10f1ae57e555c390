{include file=part.tpl}
