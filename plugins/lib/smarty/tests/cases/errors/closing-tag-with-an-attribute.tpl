{if 1}x{/if y=1}
