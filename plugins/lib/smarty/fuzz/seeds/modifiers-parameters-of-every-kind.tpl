{'abc'|replace:"$f":$t} {'abc'|replace:$a.f:$a['t']} {'abcdef'|truncate:$n:''} {'abc'|cat:"x{$n}y"} {'a'|cat:[1,2]|default:''} {'5'|str_repeat:$n} {'abc'|cat:true:null:false}
