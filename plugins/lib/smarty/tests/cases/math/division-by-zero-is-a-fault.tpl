{math equation="1/x" x=0}
