{include 'library.tpl'}
{line no=3}