{extends file="{$b}.tpl"}{block name=a}x{/block}
