{math equation="x % 3" x=10}
