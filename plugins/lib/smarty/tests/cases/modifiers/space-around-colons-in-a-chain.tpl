{'abc'|truncate:2 :''}
