{if 1 eq 1}a{/if}{if 1 ne 2}b{/if}{if 1 neq 2}c{/if}{if 2 gt 1}d{/if}{if 1 lt 2}e{/if}{if 2 gte 2}f{/if}{if 2 ge 2}g{/if}{if 1 lte 1}h{/if}{if 1 le 1}i{/if}{if not 0}j{/if}{if 7 mod 2}k{/if}
