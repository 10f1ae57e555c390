{COUNTER}{Counter}{MATH equation='1+1'}{Cycle values='a,b'}{LDELIM}{Rdelim}
