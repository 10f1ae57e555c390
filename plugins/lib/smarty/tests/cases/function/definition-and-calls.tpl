{function name=greet}hi {$who|default:'all'}{/function}{greet} {greet who='bob'} {call greet} {call name=greet who="amy"} {call 'greet' who=$v}
