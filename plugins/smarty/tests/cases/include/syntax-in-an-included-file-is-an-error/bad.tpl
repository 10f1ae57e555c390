x
{if}
