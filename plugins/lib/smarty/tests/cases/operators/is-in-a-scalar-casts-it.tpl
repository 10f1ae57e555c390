[{1 is in $v}][{1 is in 5}][{1 is in null}]
