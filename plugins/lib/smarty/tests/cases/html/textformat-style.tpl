{textformat style="email"}
one two

three four
{/textformat}
