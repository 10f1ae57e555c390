C:\dir\new \{$v} \\ \'q\' \$v
