{($v|upper == 'A') ? 'up' : 'down'} {(isset($v)) ? $v : ''} {(count([1])) ? strlen('abc') : 0}
