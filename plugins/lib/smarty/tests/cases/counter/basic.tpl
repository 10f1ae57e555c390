{counter} {counter} {counter start=10} {counter} {counter}
