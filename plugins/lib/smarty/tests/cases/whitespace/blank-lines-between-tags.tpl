{if 1}

a

{/if}

{foreach [1] as $n}

n

{/foreach}

end
