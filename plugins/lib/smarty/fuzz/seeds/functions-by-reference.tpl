{array_push($l,4)}{count($l)} {array_pop($l)}{count($l)} {array_shift($l)}{count($l)} {array_unshift($l,0)}{implode(',',$l)} {end($l)}{reset($l)}{current($l)}{next($l)}{key($l)}
