{* one
two *}
{literal}
 three
{/literal}
text
{nosuchtag}
