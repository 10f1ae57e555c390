{if "and or not" == 'and or not'}x{/if}{if 'a == b'}y{/if}
