{"{ldelim}x{rdelim}"} {"a{ldelim}"}
