{foreach mb_str_split(hex2bin('a8a6c8d5'),1,'GB18030') as $p} {$p|bin2hex}{/foreach} {foreach mb_str_split('ab&c',2,'HTML-ENTITIES') as $p} {$p}{/foreach}
