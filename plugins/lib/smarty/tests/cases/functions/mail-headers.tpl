{mb_encode_mimeheader('Plain text')} {mb_encode_mimeheader('Grüße aus Köln')}
{mb_encode_mimeheader('Besprechung im großen Saal: Tagesordnung für Donnerstag und Freitag, bitte alle kommen','UTF-8','Q')}
{mb_encode_mimeheader('Rückruf erbeten','ISO-8859-1','Q',"\n",9)} {mb_encode_mimeheader('電話帳','ISO-2022-JP','B')}
{mb_encode_mimeheader('a long line of plain words that is broken before its end because there are more than 74 columns',"UTF-8",'B',"\n")}
{mb_encode_mimeheader('a?b','KOI8-R','x')} {mb_encode_mimeheader('Привет','koi8-r')}
{mb_decode_mimeheader('=?UTF-8?B?R3LDvMOfZQ==?= =?ISO-8859-1?Q?aus_K=F6ln?=')} {mb_decode_mimeheader("=?utf-8?q?a=C3=A9?=\r\n =?utf-8?b?w6k=?= x\r\n y")}
{mb_decode_mimeheader('=?nope?B?YQ==?= =?UTF-8?X?a?= a=b ==?UTF-8?Q?=3D?=')} {mb_decode_mimeheader('=?KOI8-R?Q?=F0=D2?=')} {mb_decode_mimeheader('é=?UTF-8?B?w6')}
