one {include file="sub/two.tpl"} {include file="three.tpl"}
