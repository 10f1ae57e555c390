{mailto}
