{if 1 EQ 1}a{/if}{if 1 NE 2}b{/if}{if 2 GT 1}c{/if}{if NOT 0}d{/if}{if 1 AND 1}e{/if}{if 0 OR 1}f{/if}{if 7 MOD 2}g{/if}{if 1 XOR 0}h{/if}
