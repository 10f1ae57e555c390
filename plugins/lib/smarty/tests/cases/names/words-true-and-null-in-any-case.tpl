[{TRUE}][{True}][{NULL}][{Null}][{FALSE}]{if $u === Null}n{/if}
