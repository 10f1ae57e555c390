{$a.l=2}{$a.k='in' scope=parent}
