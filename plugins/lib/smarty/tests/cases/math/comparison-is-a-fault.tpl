{math equation="x > 1" x=2}|{math equation="x == 3" x=2}|
