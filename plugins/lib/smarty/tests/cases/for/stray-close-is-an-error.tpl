{/for}
