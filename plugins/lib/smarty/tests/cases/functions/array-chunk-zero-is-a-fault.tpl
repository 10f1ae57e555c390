{array_chunk([1],0)|count}
