{strip}
 a
   b
