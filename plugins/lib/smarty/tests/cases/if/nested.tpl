{if $a}{if $b}ab{else}a{/if}{else}{if $b}b{else}none{/if}{/if}
