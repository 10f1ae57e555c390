a
{if false}{line}{/if}