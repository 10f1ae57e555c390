{(unset)$v}
