{$t="{capture assign=c}in{strlen('ab')}{/capture}out"}[{$t}][{$c}]
{$t="{if 1}a{capture assign=c}in{/capture}out{/if}"}[{$t}][{$c}]
{$t="x{function f p=2}F{$p|default:0}{/function}y"}[{$t}][{f p=3}]
{if "{capture name=q}in{/capture}" == ''}empty{else}full{/if}
