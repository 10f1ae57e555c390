{include file="part.tpl"}{/include}
