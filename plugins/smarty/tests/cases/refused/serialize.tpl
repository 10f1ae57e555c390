{serialize([1])}
