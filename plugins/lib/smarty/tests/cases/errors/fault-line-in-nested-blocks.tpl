{foreach [1,2] as $n}
  {if $n == 2}
    {$n % 0}
  {/if}
{/foreach}
