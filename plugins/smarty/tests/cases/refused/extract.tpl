{extract(['x'=>1])}
