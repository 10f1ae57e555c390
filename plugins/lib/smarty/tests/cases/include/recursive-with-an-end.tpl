{include file="tree.tpl" n=3}
