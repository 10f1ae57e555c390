a
{math x=1}
