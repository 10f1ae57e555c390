{for $i=0;$i<0;$i++}x{forelse}none{/for}
