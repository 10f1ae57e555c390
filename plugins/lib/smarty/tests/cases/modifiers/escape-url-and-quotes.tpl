{$v|escape:'url'} | {$v|escape:'urlpathinfo'} | {$v|escape:'quotes'} | {$v|escape:quotes} | {'a/b c'|escape:'urlpathinfo'}
