{'5 apples'+3} {'3px'*2}
