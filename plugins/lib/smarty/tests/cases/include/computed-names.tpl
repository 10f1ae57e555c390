{include file="$d/part.tpl"} {include file="{$d}/part.tpl"} {include file=$d|cat:'/part.tpl'} {include file="`$d`/part.tpl"}
