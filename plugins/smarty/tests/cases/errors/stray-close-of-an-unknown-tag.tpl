a{/nosuchblock}
