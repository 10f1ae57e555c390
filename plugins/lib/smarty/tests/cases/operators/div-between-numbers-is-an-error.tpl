{7 div 2}
