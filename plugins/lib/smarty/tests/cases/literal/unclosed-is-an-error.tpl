a{literal}b
c
