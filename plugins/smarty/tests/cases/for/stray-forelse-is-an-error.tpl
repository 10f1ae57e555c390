{forelse}
