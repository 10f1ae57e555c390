{$v|escape:'hex'} | {$v|escape:'hexentity'} | {$v|escape:'decentity'} | {$v|escape:'nonstd'} | {$v|escape:'mail'}
