{strlen('a'}
