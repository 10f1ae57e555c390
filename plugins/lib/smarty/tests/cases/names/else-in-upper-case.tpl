{if 0}a{ELSE}b{/if}{foreach [] as $x}x{FOREACHELSE}n{/foreach}
