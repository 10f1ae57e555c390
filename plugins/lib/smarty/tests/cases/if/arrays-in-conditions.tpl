{if $a}1{/if}{if $e}x{else}2{/if}{if $a == $b}3{/if}{if $e == false}4{/if}{if $a > 5}5{/if}{if [] == null}6{/if}
