{$a.b-c}
