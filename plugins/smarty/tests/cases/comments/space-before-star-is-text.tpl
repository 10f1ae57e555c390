a { * b * } c
