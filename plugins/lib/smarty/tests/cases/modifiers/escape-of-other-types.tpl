{''|escape}| {null|escape}| {5|escape} {1.50|escape:'url'} {true|escape}
