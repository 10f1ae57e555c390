{'x' is not in $a}
