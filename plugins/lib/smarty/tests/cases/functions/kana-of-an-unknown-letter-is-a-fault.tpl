{mb_convert_kana('a','Kx')}
