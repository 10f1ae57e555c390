line one
{$v
line three
