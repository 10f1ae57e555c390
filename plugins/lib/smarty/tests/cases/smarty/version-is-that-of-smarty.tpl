{if $smarty.version|substr:0:2 == '4.'}four{/if}
