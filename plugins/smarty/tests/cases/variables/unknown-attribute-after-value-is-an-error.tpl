{$v something}
