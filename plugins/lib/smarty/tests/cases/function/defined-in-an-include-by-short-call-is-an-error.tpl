{include file="lib.tpl"}{f}
