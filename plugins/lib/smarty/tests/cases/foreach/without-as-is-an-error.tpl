{foreach $l}x{/foreach}
