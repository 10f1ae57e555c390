{for $i=1 to 100000000}{$a[]=$i}{/for}
