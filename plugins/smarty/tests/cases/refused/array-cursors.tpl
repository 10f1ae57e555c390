{next($a)}
