{'a%20b'|unescape:('url')} {'&eacute;'|unescape:(1)}
