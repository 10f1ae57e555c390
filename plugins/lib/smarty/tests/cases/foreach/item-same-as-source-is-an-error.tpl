{foreach $l as $l}{$l}{/foreach}|{if is_array($l)}array{/if}
