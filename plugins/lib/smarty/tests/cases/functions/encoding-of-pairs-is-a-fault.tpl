{mb_detect_encoding('a','SJIS,UTF-8')}
