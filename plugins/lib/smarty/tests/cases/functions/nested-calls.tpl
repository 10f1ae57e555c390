{strtoupper(substr(trim('  hello '),0,3))} {strlen(str_repeat('ab',count([1,2,3])))} {implode(',',array_reverse(explode('-','a-b-c')))} {max(strlen('abc'),min(5,2))}
