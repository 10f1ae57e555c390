{assign var=x value='root' scope=root}
