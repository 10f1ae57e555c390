{'a"b'} {'it\'s'} {'back\\slash'} {'no $v {$v} `$v`'} {'\n\t'} {''}|
