{strip}
 "a
   b"  'c
   d'
{/strip}
