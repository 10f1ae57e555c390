{define('A_B',1)}
