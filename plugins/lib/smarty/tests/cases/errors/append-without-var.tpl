{append value=1}
