{$text="; a comment\nname = phone\nport=5060\nup = yes\ndown = none\nnothing = null\nempty =\n[line 1]\nuser = \"10\\\"1\" ; the first\nnumber=1.50\nsum = 1|6&~2\nlist[] = a\nlist[] = 'b;c'\nlist[key] = d\n7[x]=e\nconst = E_ALL\nconst[E_WARNING] = 1\nbare\n"}
{json_encode(parse_ini_string($text))}
{json_encode(parse_ini_string($text,true))}
{json_encode(parse_ini_string($text,true,INI_SCANNER_RAW))}
{json_encode(parse_ini_string($text,true,INI_SCANNER_TYPED))}
{foreach ['a=b=c','[x','a="b','a=(1','a=;b','true=1','=1',"a=''",'a=$x','a=1 2',' [x]'] as $text}{$text}: {json_encode(parse_ini_string($text))}
{/foreach}
{var_export(parse_ini_string('a=1',false,3),true)}
