{foreach [1,2,3,4] as $n}
{if $n==2}
{continue}
{/if}
{if $n==4}
{break}
{/if}
n{$n}
{/foreach}
end
