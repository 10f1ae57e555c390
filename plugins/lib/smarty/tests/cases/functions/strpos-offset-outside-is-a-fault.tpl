{strpos('abc','a',10)}
