<a{if $v} x="1"{/if} y="{if $v}on{else}off{/if}">
