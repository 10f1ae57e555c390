{function f}{capture name=c}x{$n}{/capture}{$smarty.capture.c}{/function}{f n=1}{$smarty.capture.c}
