{'&eacute;'|unescape:'htmlall':'ISO-8859-1'|bin2hex} {'&#233;'|unescape:'entity':'ISO-8859-1'|bin2hex}
