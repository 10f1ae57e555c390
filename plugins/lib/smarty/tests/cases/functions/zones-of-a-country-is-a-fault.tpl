{timezone_identifiers_list(4096,'DE')}
