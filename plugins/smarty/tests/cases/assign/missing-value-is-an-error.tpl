{assign var=a}
