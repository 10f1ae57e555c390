a
{nocache}
b
{/nocache}
c
