{'a <b>bold</b> <br/>c'|strip_tags} {'a<b>x</b>c'|strip_tags:false} {'<p>one</p><i>two</i>'|strip_tags:'<p>'} {'1 < 2'|strip_tags} {''|strip_tags}| {0|strip_tags}
