{/while}
