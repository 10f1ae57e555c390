{capture name=c}
 x
{/capture}
[{$smarty.capture.c}]
