n{$n}
