{for 1 to 3}x{/for}
