{capture name="c{$n}"}x{/capture}[{$smarty.capture.c1}]
