{$name}{$name='changed'}{$name}
