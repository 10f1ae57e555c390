{1.5|round} {1.2345|round:2} {'abc'|strlen} {'é'|strlen} {'ab'|str_repeat:3} {'ab'|str_repeat:0}| {1234|round:-2} {null|strlen}
