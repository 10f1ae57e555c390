{'abc}
