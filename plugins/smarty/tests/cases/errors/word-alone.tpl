{hello}
