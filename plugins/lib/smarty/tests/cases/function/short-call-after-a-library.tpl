{include 'library.tpl'}{include 'part.tpl'}{call line no=1}
