{$v
 + 2} {[1,
 2]|count}
{if $v
 == 1}one{/if}
