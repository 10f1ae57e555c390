{if 1}{foreach [1] as $x}{/if}{/foreach}
