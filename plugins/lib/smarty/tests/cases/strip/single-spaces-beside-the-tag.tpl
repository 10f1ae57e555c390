a {strip} b {/strip} c
{strip} 
 x {/strip}
