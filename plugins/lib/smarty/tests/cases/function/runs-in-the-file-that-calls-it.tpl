{include 'sub/part.tpl'}
{call where}, {where}
{include 'near.tpl'}
