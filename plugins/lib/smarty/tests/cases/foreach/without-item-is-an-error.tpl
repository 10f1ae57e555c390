{foreach from=$l}x{/foreach}
