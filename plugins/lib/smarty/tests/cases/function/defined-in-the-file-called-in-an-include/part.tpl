{call f v=2}
