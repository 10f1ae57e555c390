P{$v}
