{if 1 {* no *}}x{/if}
