{/function}
