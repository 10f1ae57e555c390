x
{while 1}y{/while}
