{function f}{f}{/function}
{f}
