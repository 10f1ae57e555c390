{if 0}{include file="missing.tpl"}{/if}ok
