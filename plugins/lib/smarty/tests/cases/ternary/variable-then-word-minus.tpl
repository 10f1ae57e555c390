{(1) ? $h : false-$n}
