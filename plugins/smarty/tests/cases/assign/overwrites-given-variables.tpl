{$v}{$v='new'}{$v}
