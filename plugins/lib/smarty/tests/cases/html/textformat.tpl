{textformat wrap=20}
This is a line of text which is longer than twenty characters.

And a second one.
{/textformat}
{textformat indent=4 indent_first=2 wrap=30 indent_char="." assign=t}some words that are long enough to wrap over lines{/textformat}[{$t}]
