{mb_decode_mimeheader('=?HZ-GB-2312?B?YQ==?=')}
