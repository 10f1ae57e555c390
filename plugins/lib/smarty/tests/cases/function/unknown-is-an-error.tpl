{call nosuch}
