{$x = str_repeat('0123456789abcdef',65536)}
{for $i=1 to 4096}{$x}{/for}
