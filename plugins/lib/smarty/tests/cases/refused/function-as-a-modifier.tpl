{'ls'|system}
