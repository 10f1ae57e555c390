{if 0}
no
{else}
yes
{/if}
{if 0}
no
{else if 1}
else if
{/if}
end
