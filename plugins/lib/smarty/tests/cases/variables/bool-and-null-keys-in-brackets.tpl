[{$a[true]}][{$a[null]}][{$a[false]}]
