{foreach [1] as $x}{else}{/foreach}
