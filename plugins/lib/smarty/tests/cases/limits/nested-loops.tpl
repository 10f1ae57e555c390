{for $i=1 to 100000}{for $j=1 to 100000}{/for}{/for}
