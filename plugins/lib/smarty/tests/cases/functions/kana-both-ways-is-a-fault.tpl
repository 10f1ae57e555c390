{mb_convert_kana('a','Aa')}
