{assign var=a value=1 extra=2}
