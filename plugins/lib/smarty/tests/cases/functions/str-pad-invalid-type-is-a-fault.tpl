{str_pad('a',5,'')}
