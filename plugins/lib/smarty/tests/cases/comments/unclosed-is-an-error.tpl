a{* b
c
