[{4 is even}][{3 is even}][{3 is odd}][{4 is odd}][{4 is not even}][{3 is not odd}][{0 is even}][{-1 is odd}]
