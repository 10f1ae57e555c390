{assign var=x value=bar-baz}
