{$x = 'ab'}
{for $i=1 to 60}{$x = $x|cat:$x}{/for}
