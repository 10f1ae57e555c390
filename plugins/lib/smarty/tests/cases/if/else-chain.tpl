{foreach [0,1,2,3,4] as $n}{if $n==0}zero{elseif $n==1}one{elseif $n<3}two{else if $n==3}three{else}many{/if} {/foreach}
