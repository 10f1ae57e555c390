{math equation="x+1" x="abc"}
