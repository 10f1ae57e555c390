{mb_encode_mimeheader('é','BASE64')}
