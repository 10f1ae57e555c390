{if 1 Eq 1 And Not 0}a{/if}{if 4 Is Even}b{/if}{if 1 IS IN [1]}c{/if}{if 3 IS NOT DIV BY 2}d{/if}
