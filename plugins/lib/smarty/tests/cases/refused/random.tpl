{rand(1,2)}
