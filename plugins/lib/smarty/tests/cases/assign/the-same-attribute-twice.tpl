{assign var=a var=b value=1}{$b}
