{capture name=a}o{capture name=b}i{/capture}o{/capture}{$smarty.capture.a}{$smarty.capture.b}
