a
{$s.key}
