{substr_count('abc','')}
