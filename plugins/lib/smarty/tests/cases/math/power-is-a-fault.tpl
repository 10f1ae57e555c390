{math equation="x ** 2" x=3}
