{math equation="1+2*3"} {math equation="(1+2)*3"} {math equation="10-2-3"} {math equation="7/2"}
