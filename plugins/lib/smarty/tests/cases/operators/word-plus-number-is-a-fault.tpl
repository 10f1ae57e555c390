a
b
{'abc'+1}
