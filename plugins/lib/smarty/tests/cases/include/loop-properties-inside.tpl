{foreach [1,2] as $n name=l}{include file="part.tpl"}{/foreach}
