{array_combine([1],[1,2])|count}
