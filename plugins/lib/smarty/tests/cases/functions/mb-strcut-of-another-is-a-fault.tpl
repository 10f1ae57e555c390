{mb_strcut('abc',1,1,'ISO-8859-1')}
