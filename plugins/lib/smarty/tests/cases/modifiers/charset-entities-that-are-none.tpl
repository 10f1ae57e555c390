{foreach ['&#+65;','&#x+41;','&#x110000;','&#65;','&#X41;','&#1114112;','&#;','&#x;','&eacute;','&apos;','&quot;','&bogus;','&AMP;','&#128;','&thetasym;','&#0065;','a&','&#65','&&#65;','&#1114111;'] as $e}
{mb_convert_encoding($e,'UTF-8','HTML-ENTITIES')}
{/foreach}
