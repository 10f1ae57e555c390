{math equation="-x" x=5}
