{"abc}
more
