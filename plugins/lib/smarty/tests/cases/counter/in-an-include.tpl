{counter}{include file="part.tpl"}{counter}
