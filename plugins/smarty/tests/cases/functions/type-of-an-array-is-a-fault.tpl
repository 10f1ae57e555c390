a

{strlen([1])}
