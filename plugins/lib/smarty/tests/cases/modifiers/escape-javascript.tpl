{$v|escape:'javascript'}
{$w|escape:'javascript'}
