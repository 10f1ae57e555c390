{(1+2)|string_format:'%02d'} {"a$v"|upper} {'lit'|upper} {($v)|upper} {true|string_format:'%d'}
