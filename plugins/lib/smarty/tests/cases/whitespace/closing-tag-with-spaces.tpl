{if 1}x{else }y{/if } {foreach [1] as $x}x{/foreach  }{strip }  a{/strip }{capture name=c }x{/capture }
