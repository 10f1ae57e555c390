[{$v|truncate:2}][{$v|truncate:10}]
