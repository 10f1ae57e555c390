{if($v)}x{/if}
