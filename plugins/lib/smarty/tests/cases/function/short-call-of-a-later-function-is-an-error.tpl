a
{line no=1}{function line}x{/function}
