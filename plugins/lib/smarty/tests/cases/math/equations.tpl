{math equation="1+2"} {math equation="x*y" x=3 y=4} {math equation="(x+y)/2" x=$a y=3} {math equation="x - y" x=1 y=2}
