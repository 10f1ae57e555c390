{for $i=1}x{/for}
