{extends file="base.tpl"}{block name=a append}+after{/block}{block name=b prepend}before+{/block}
