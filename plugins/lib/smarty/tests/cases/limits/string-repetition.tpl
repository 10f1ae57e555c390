{$x = str_repeat('0123456789abcdef',268435456)}{$x|strlen}
