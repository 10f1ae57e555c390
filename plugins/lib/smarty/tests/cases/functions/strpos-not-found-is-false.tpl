[{strpos('abc','z')}]{if strpos('abc','a') === 0}zero{/if}{if strpos('abc','z') === false}false{/if}
