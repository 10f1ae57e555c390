{ini_set('precision','17')}
