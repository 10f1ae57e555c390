{"{literal}{x}{/literal}"}
