{json_encode(parse_ini_string('a = "x${HOME}y"'))}
