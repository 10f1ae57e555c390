{foreach ['+', '+A', '+AA', '+AAA', '+AAAA', '+AGE', '+AGEA', '+AGF', '+AGEAY', 'x+2A', '+2AAA', '+AGE-b+', '+AGEB', '&A', '+2AAB', '+2AAAA', '+AGHYAA', '+AGHYAAA', '+3AA', '+3AAA', '+3AAAA', '+2AAYAA', '+2AAAYQ', '+2ADYAA', '+2AB', '+ x', '+-', '+AGE x'] as $text}
{$text} {bin2hex(mb_convert_kana($text, 'a', 'UTF-7'))}
{/foreach}
{foreach ['&', '&A', '&AGE-', '&AGF', '&AGEAYg-', 'x&', '& x', '&AOk', '&AOk x', '&AOl', '&AOl-', '&AOlA', '&AOkA6', '&AOkA6R', '&AOkA6RD', '&ACY-', '&2AA-', '&2AA', '&2AAA-', '&2AAA', '&AGE x', '&-', '&AOk-&AOk-', '+AGF'] as $text}
{$text} {bin2hex(mb_convert_kana($text, 'a', 'UTF7-IMAP'))}
{/foreach}
{foreach ['8130', '813081', '81308130', '8130ff30', '813041', '81', '8139fe39', '84318a40', '81ff', '8130813041'] as $text}
{$text} {bin2hex(mb_convert_kana(hex2bin($text), 'a', 'GB18030'))}
{/foreach}
