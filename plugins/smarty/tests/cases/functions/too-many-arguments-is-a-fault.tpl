{strlen('a','b')}
