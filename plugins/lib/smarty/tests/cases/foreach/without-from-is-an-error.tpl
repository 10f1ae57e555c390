{foreach item=v}x{/foreach}
