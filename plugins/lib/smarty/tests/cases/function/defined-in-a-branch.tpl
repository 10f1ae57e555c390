{if 0}{function f}F{/function}{/if}{f}
