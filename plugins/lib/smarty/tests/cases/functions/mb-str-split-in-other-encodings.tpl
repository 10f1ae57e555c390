{$latin=mb_str_split(hex2bin('e96162'),1,'ISO-8859-1')}{$latin|count} {$latin[0]|bin2hex}
{foreach ['ASCII','SJIS','EUC-JP','ISO-2022-JP','UTF-7','UTF-16LE','HTML-ENTITIES','KOI8-R'] as $e}
{$e}:{foreach mb_str_split(mb_convert_encoding('aé日本€bcd',$e),2,$e) as $part} {$part|bin2hex}{/foreach}

{/foreach}
{foreach mb_str_split(hex2bin('616263f0e98162'),2) as $part} {$part|bin2hex}{/foreach}

{foreach mb_str_split(hex2bin('6162ff'),2,'ASCII') as $part} {$part|bin2hex}{/foreach}

{* PHP loses what its decoder still holds at the end of a text, so these end where it holds nothing. *}
{foreach mb_str_split('YcOpYmNk','2','BASE64') as $part} {$part}{/foreach}

{foreach mb_str_split('a=C3=A9b=
cde','2','Quoted-Printable') as $part} {$part}{/foreach}
