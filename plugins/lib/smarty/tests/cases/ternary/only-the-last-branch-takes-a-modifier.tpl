{(1) ? 'a' : 'b'|upper} {(0) ? 'a' : 'b'|upper} {(0) ? ('a'|upper) : 'b'}
