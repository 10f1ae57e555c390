one {include file="./two.tpl"} {include file="../three.tpl"}
