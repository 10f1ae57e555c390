{$v|trim|upper|truncate:5:''|cat:'!'|replace:'H':'J'} {$v|strlen|string_format:'%04d'} {$v|upper|lower|upper|md5}
