{'abc' is even}
