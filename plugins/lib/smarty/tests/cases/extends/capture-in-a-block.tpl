{extends file="base.tpl"}{block name=a}{capture name=c}cap{/capture}{$smarty.capture.c}{/block}
