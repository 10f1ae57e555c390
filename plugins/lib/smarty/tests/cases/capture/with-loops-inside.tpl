{capture name=c}{foreach [1,2] as $n}{$n}{/foreach}{/capture}{$smarty.capture.c}{$smarty.capture.c}
