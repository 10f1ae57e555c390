{capture 'c'}x{/capture}[{$smarty.capture.c}] {capture d}y{/capture}[{$smarty.capture.d}]
