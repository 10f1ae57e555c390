{1.5|round} {2.5|round} {-1.5|round} {1.955|round:2} {1234.5678|round:-2} {5|round:1} {round(3.14159,3)} {floor(-1.5)} {ceil(1.2)} {floor(5)}
