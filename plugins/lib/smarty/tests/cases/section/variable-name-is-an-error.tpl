{section name=$n loop=2}x{/section}
