{for $i=1 to 3 step 0}{$i}{/for}
