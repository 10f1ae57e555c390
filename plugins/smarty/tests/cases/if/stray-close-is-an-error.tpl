a
{/if}
