text before
{$x = 5}
{strlen([])}
