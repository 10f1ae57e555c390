{'a'|to_charset:'HZ'}
