{str_pad('x',2000000000)|strlen}
