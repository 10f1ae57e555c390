{math equation="x+1"}
