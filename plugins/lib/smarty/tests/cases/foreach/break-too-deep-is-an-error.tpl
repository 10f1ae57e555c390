{foreach [1] as $x}{break 2}{/foreach}
