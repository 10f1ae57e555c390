{capture name=x}a
