{'foobar foobaz'|regex_replace:'/foo(?=baz)/':'X'} {'aabbcd'|regex_replace:'/(.)\1/':'<$1>'} {'price 10'|regex_replace:'/(?<=price )\d+/':'N'}
