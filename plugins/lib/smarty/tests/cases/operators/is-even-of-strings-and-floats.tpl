[{'4' is even}][{4.9 is even}][{null is odd}][{true is odd}]
