{$v |upper}
