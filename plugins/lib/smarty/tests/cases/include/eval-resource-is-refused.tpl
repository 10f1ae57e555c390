{include file="eval:a{$v}"}
