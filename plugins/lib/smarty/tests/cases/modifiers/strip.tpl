{"a  b

c	d"|strip} {" a  b "|strip:'&nbsp;'} {'abc'|strip} {''|strip}|
