{include 'sub/part.tpl'}
