{while}x{/while}
