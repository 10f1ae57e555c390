{$x = (1) ? 'a' : 'b'}{$x} {assign var=y value=(0) ? 1 : 2}{$y} {$z = ($v) ? 'on' : 'off'}{$z}
