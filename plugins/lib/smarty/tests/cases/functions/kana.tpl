{foreach ['KV','K','HV','H','k','h','kh','A','a','R','r','N','n','S','s','C','c','M','m','rnsk','ASKV',''] as $mode}
{$mode}: {mb_convert_kana('ｶﾞｷﾞﾊﾟｳﾞｱｯｰ｡｢｣ アガパヴヮヰヱ　がぱをん Ab09"~\' ＡＢ０９＂～￥ ゝヽ',$mode)}
{/foreach}
{mb_convert_kana('ﾌﾟﾛﾋﾞｼﾞｮﾆﾝｸﾞ')} {bin2hex(mb_convert_kana(hex2bin('b6de'),'KV','SJIS'))} {bin2hex(mb_convert_kana("\xff?a",'A'))} {bin2hex(mb_convert_kana(chr(255)|cat:'?a','A'))}
