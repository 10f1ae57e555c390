{'a'|str_repeat:"x$n"}|{'a'|str_repeat:"$n"}|{1.2345|round:"$n$zero"}|{"1.5$n"|round:1}|{"3$n"|strlen}
