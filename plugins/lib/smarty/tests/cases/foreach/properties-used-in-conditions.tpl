{foreach $l as $v}{if $v@first}first {/if}{if $v@iteration is even}even {/if}{if $v@last}last{else}, {/if}{/foreach}
