[{$v|replace:'a':'b'}][{$v|replace:'x':'y'}]
