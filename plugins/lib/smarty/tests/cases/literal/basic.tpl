{literal}{$v} {if 1}{/if} { } {x{/literal}
