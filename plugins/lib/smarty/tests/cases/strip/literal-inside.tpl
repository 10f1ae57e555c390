{strip}
 a
 {literal}
   { keep }
     this
 {/literal}
 b
{/strip}
