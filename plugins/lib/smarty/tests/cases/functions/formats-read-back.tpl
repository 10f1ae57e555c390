{sscanf('line 12: busy','line %d: %s')|json_encode} {sscanf('12 ab','%d %s',$a,$b)} {$a}{$b} {sscanf('','%d',$a)} {sscanf('','%d')|json_encode}
{sscanf('00:15:65','%x:%x:%x')|json_encode} {sscanf('a,b','%[^,],%c')|json_encode} {sscanf('12','%2$s %1$s')|json_encode}
{fnmatch('*.cfg','0015.cfg')|json_encode} {fnmatch('[!0-9]*','0015')|json_encode} {fnmatch('*','a/b',1)|json_encode} {fnmatch('A*','abc',16)|json_encode}
{array_multisort($numbers,SORT_DESC,$names)}{$numbers|json_encode}{$names|json_encode} {array_multisort($keyed)}{$keyed|json_encode}
{get_html_translation_table()|json_encode} {count(get_html_translation_table(1))} {get_html_translation_table(0,2)|json_encode}
