{math equation="(1+2"}
