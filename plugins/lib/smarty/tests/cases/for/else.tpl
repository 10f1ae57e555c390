{for $i=2 to 1}x{forelse}none{/for}
