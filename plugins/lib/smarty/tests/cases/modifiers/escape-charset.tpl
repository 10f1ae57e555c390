{$v|escape:'html':'ISO-8859-1'} {$v|escape:'htmlall':'UTF-8'} {'&eacute;'|escape:'html':'UTF-8':true} {'&eacute;'|escape:'htmlall':'UTF-8':false}
