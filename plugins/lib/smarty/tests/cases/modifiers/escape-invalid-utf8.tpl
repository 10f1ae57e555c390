[{$v|escape}][{$v|escape:'html'}][{$v|escape:'url'}][{$v|escape:'quotes'}][{$v|escape:'htmlall'}][{$v|escape:'hex'}]
