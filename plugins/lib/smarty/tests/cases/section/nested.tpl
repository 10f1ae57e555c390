{section name=a loop=2}{section name=b loop=$t[a]}{$t[a][b]},{/section};{/section}
