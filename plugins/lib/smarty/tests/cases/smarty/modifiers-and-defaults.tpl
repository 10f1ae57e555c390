{$smarty.get.contacts|default:'all'} {if $smarty.get.contacts == 'users'}u{else}n{/if} {$smarty.get.a|upper}
