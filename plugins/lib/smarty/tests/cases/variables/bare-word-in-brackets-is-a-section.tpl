[{$a[b]}] {section name=b loop=2}{$a[b]} {$a[b].k|default:'-'};{/section}
