{section loop=3}x{/section}
