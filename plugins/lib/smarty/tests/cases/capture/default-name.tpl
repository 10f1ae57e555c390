{capture}x{/capture}[{$smarty.capture.default}]
