{'a'|str_repeat:-1}
