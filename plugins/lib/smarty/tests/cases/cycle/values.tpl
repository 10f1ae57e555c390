{foreach [1,2,3,4,5] as $n}{cycle values="a,b,c"}{/foreach} {foreach [1,2,3] as $n}{cycle values=['x','y']}{/foreach}
