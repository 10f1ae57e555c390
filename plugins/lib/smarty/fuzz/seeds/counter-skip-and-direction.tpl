{counter start=0 skip=5} {counter} {counter direction="down"} {counter} {counter skip=1}
