{foreach [1] as $x}{function f}{break}{/function}{/foreach}
