{capture name=c}text {$v}{/capture}[{$smarty.capture.c}] {capture name="d"}D{/capture}{$smarty.capture.d|upper}
