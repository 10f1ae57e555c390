{'a'|cat:'b'} {'a'|cat:1:2} {5|cat:1.50} {$v|cat:$v:'-':3} {null|cat:'x'} {'x'|cat:null}|{'a'|cat}
