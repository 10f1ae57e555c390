a
b
{nosuchtag}
