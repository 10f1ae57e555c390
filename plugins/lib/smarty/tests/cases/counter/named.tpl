{counter name=a start=5} {counter name=b} {counter name=a} {counter} {counter name=b}
