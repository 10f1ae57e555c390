{$v| upper}
