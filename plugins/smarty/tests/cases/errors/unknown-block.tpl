{nosuchblock}x{/nosuchblock}
