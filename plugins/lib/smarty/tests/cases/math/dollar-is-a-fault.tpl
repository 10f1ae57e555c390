{math equation="1+\$x"}
