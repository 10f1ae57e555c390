{if 1}{literal}{yes}{/literal}{else}{literal}{no}{/literal}{/if}
