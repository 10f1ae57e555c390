{"héllo 漢 $v"} {'ü'|upper} {"😀"|count_characters}
