[{section name=s loop=3 start=5}x{sectionelse}none{/section}]
