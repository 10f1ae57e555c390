{section name=s loop=$e}x{sectionelse}none{/section} {section name=s loop=0}x{sectionelse}none{/section} {section name=s loop=$u}x{sectionelse}none{/section}
