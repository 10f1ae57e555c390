{[1]|upper}
