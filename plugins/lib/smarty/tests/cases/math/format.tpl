{math equation="x/3" x=10 format="%.2f"} {math equation="x" x=5 format="%03d"}
