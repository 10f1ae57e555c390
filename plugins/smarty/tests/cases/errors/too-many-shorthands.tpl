{assign a b c}
