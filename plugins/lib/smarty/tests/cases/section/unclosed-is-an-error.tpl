{section name=s loop=3}x
