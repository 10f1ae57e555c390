{strlen($v|trim)} {max($a|count,2)} {substr($v|upper,0,2)} {strlen("x$v")} {in_array($v|trim,['ab'])}
