{if $u}x{else}y{/if}{if $u.k}x{else}y{/if}{if !$u}z{/if}{if $u == ''}n{/if}{if $u === null}s{/if}{if $u == 0}0{/if}
