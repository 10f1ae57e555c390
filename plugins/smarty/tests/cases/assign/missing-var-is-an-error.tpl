{assign value=1}
