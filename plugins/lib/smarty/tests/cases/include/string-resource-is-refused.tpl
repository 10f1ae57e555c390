{include file="string:a{$v}"}
