{if $v == abc}x{/if}{if abc == 'abc'}y{/if}
