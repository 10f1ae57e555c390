[{6 is div by 3}][{7 is div by 3}][{7 is not div by 3}] {if 9 is div by 3}yes{/if}
