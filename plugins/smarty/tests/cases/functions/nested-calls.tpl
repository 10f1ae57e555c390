{strtoupper(substr(trim('  hello '),0,3))} {strlen(str_repeat('ab',count([1,2,3])))} {implode(',',array_map('strtoupper',['a','b']))}
