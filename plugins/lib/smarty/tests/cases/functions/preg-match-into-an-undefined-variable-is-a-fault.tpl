{preg_match('/(\w)(\d)/','x9',$m)}{$m.1}{$m.2}
