{if isset($a|upper)}x{/if}
