{$x = new ArrayObject()}
