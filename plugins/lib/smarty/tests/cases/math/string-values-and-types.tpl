{math equation="x+1" x="5"} {math equation="x+1" x=1.5} {math equation="x / 4" x=8} {math equation="x / 4" x=2}
