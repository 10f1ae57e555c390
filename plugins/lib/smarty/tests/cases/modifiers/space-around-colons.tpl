{'abc'|replace: 'a' : 'b'}
