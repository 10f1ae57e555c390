a{ $v}b
