{math equation='x' x=' 5'}|{math equation='x+1' x='5 '}|{math equation='x' x='1e3'}|{math equation='011'}|{math equation='1.50'}|{math equation='0x1F'}
