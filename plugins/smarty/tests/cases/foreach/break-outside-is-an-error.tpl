x
{break}
