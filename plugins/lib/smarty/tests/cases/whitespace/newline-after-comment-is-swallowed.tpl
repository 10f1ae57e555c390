a
{* one *}
b
{* two
lines *}
c {* three *}
d{* four *}

e
