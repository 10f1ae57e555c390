{foreach [1] as $x}{capture name=c}{break}{/capture}{/foreach}
