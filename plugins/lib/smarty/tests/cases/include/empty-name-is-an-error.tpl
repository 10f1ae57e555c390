{include file=""}
