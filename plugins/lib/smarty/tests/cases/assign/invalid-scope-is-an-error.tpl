{assign var=a value=1 scope=nowhere}
