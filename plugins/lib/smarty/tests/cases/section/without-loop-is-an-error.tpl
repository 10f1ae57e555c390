{section name=s}x{/section}
