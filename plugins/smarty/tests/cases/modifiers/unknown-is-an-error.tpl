a
{$v|nosuchmodifier}
