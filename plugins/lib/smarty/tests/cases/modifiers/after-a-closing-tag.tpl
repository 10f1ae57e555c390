{if true}yes{/if|upper} {foreach [1,2] as $n}{$n}{/foreach|nosuch:1}
{capture name=c}text{/capture|upper}{$smarty.capture.c} {function f}text{/function|upper}{f}
{textformat}text{/textformat|cat:'z'|upper} {textformat assign=t}text{/textformat|upper}[{$t}]
