[{block name=a}{/block}]{$smarty.capture.c}
