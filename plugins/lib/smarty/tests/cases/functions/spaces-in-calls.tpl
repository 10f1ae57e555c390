{strlen( 'abc' )} {max( 1 , 2 )} {substr('abc' , 1)}
