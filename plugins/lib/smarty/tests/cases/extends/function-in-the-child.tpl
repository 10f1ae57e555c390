{extends file="base.tpl"}{function f}F{$n}{/function}{block name=a}{f n=1}{/block}
