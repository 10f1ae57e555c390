{strip}
<a href="x"
   title="y"
>
 text
</a>
{/strip}
