{'abc'|to_charset} {'é'|to_charset:'UTF-8'} {'é'|to_charset:'ISO-8859-1'|bin2hex} {'abc'|from_charset} {'é'|from_charset:'UTF-8'}
