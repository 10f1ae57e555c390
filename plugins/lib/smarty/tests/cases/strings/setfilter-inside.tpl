{$t="{setfilter upper}a$x`$x`{$x}{/setfilter}{$x}"}[{$t}]
{$t="{setfilter upper}{$x|lower}{'in'}{"w$x"}{1+1|cat:w}{/setfilter}out"}[{$t}]
