{if 1}
a
{/if}

b
