{array_sum($nothing)}
