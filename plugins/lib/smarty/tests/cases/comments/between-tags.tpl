{if 1}{* c *}
a{* d *}{/if}{* e *}
b
