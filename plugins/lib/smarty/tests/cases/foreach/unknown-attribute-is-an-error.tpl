{foreach from=$l item=v color=red}x{/foreach}
