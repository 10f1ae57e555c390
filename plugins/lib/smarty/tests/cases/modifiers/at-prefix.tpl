{[3,1]|@count} {'abc'|@upper} {['a','b']|@json_encode}
