{Literal}a{/Literal}b{literal}{x}{/LITERAL}{/literal}
