a
{"x{nosuchtag}y"}
