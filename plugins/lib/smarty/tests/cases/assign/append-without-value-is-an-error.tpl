{append var=a}
