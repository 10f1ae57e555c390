{fetch file="nothing.txt"}
