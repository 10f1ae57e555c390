[{section name=s loop=3 show=false}x{sectionelse}none{/section}][{section name=s loop=3 show=$z}x{sectionelse}none{/section}]
