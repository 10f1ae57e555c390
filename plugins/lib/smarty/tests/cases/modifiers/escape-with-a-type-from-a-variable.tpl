{$v|escape:$t} {$v|escape:$t|upper}
