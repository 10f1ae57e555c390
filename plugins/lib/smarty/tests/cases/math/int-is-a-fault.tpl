{math equation="int(3.7)"}
