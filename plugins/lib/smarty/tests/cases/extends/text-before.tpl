text {extends file="base.tpl"}{block name=a}x{/block}
