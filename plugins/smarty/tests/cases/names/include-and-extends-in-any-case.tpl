{Include file='part.tpl'}
