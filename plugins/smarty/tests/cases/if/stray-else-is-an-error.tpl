a{else}b
