x{$v}


