[{section name=s loop=-2}x{sectionelse}none{/section}]
