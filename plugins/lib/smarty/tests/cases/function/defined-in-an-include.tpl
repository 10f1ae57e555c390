{include file="lib.tpl"}{call f}{call name=g}
