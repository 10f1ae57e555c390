{foreach [1] as $x}
{$x}
