[{$smarty.capture.nosuch}]
