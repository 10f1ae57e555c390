{foreach from=[1] item=V}{$V}{/foreach}{assign VAR=x VALUE=1}{$x}
