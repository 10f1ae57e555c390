{$a.b.c.d.e.f='deep'}{$a.b.c.d.e.f} {$a['b']['c']|count} {$x[1][2][3]=4}{$x.1.2.3}
