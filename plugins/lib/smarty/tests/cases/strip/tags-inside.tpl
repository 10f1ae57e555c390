{strip}
  {if 1}
    yes
  {/if}
  {foreach [1,2,3] as $n}
    <i>{$n}</i>
  {/foreach}
  {$x=5}
  {$x} {$x}
{/strip}|
