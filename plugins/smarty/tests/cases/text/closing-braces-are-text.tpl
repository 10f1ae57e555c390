} a } b }} c
