{(1) ? 'a'|upper : 'b'}
