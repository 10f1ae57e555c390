{section name=s loop=3 color=red}x{/section}
