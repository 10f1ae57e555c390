{ldelim x=1}
