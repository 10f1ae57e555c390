{"a
b

c"|indent} {"a
b"|indent:1:"	"} {'x'|indent:2} {''|indent}|
