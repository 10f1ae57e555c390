{foreach [1] as $x}{break $x}{/foreach}
