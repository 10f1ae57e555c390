{hello world}
