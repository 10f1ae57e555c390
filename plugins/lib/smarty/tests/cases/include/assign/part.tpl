P{$n}
