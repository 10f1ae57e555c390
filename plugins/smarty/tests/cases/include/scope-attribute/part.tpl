{$x='from part'}
