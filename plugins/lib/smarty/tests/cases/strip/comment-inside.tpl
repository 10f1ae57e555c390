{strip}
a {* c *} b
{* d *}
e
{/strip}
