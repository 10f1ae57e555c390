{foreach [1] as $x}{if 1}{/foreach}{/if}
