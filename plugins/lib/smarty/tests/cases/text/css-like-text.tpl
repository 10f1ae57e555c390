#screen { color: black; }
.row { margin: 0 }
