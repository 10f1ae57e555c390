{mb_check_encoding('a','UTF-8')}{mb_check_encoding(hex2bin('e9'),'SJIS')}
