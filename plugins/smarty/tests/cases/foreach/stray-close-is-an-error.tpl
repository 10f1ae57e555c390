{/foreach}
