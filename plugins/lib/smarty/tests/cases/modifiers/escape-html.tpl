{$v|escape} {$v|escape:'html'} {$v|escape:"htmlall"} {$v|escape:'html':'UTF-8':false}
