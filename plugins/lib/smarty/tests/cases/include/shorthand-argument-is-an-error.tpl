{include file="part.tpl" bold}
