{iptcparse(pack('H*','1c0205000548656c6c6f1c02190001611c021900016200'))|json_encode}
{iptcparse('no record')|json_encode}
