{mb_detect_encoding('abc')} {mb_detect_encoding('é')} {mb_detect_encoding('é',['ISO-8859-1','UTF-8'])} {mb_detect_encoding(chr(233),'UTF-8, ISO-8859-1',true)}
{mb_detect_encoding(chr(128),'ISO-8859-1,cp1252')} {mb_detect_encoding(chr(233),'UTF-8')} {mb_detect_encoding(chr(233),'UTF-8',true)|json_encode}
