a
{capture name=c}
b
{/capture}
c[{$smarty.capture.c}]
