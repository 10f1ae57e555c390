{count('abc')}
