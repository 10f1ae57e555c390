{capture name=c}{if 1}x{/capture}{/if}
