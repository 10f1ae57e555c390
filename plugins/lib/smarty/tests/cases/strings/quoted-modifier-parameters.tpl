{'a:b|c'|replace:':':'|'} {"x"|cat:"}"|cat:'{'}
