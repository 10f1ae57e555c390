{intdiv(1,0)}
