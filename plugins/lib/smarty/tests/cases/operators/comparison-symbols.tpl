{foreach ['==','!=','<','>','<=','>='] as $o}{$o} {/foreach}
{if 1==1}a{/if}{if 1!=2}b{/if}{if 1<2}c{/if}{if 2>1}d{/if}{if 1<=1}e{/if}{if 2>=3}f{/if}{if 1===1}g{/if}{if 1!=='1'}h{/if}{if 1<>2}i{/if}
