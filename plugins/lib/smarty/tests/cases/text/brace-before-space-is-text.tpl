{ "ring": 1, "keys": { "a": 2 } }
{ $v } {	$v} {
$v}
set { x
