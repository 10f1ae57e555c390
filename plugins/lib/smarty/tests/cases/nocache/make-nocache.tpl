{make_nocache $v}[{$v}]
