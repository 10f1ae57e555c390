{if}
{nosuchtag}
