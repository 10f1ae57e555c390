{foreach [1,2,3] as $x}{strip}{if $x == 2}{break}{/if}{/strip}{$x}{/foreach}
