{foreach [1,2,3] as $n}{include file="part.tpl"}{/foreach}{foreach [1,2] as $n}{include file="part.tpl" n=$n*10}{/foreach}
