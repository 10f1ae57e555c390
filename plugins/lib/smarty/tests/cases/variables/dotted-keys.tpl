{$a.b} {$a.c.d} {$a.c.e.0} {$a.0} {$a.00}|{$a.missing}|
