phone=1
