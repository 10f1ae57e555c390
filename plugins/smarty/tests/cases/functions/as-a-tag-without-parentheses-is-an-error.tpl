{strlen}
