{strip}
 a
 {strip}
  b
 {/strip}
 c
{/strip}
 d
