 p
   q
