{file_get_contents('/etc/hostname')}
