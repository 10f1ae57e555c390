{$a|upper=5}
