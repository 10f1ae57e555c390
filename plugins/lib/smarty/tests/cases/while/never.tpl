{while 0}x{/while}{while $u}x{/while}none
