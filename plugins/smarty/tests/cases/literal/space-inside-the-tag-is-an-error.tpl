{literal }{x}{/literal }
