{$x='inner'}{$y=1}{$x}
