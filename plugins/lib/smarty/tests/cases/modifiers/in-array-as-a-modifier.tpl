[{$v|in_array:['a','b']}][{'z'|in_array:['a']}]{if $v|in_array:$l}yes{/if}{if '1'|in_array:[1,2]:true}x{else}strict{/if}
