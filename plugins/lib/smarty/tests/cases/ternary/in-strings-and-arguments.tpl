{"{($v) ? 'yes' : 'no'}"} {strtoupper(($v) ? 'yes' : 'no')} {[($v) ? 1 : 2, 3]|count}
