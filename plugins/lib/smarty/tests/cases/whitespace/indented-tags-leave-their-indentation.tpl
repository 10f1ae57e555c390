a
  {if 1}
    b
  {/if}
  {foreach [1,2] as $n}
    {$n}
  {/foreach}
c
