{call_user_func('strtoupper','x')}
