{(object)1}
