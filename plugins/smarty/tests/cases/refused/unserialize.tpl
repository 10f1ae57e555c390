{unserialize('i:1;')}
