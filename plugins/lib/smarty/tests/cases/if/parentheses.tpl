{if ($a)}1{/if}{if ($a == 1 && ($b == 2 || $c == 3))}2{/if}{if (($a))}3{/if}{if !($a)}4{else}5{/if}
