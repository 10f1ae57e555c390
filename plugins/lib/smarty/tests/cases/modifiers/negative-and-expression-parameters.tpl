{'abcdef'|substr:-2} {'abcdef'|substr:1:-1} {'abcdef'|truncate:(1+2):''} {'abcdef'|substr:(0-3)}
