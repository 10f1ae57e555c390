{$v}echo 1;?>
