text
{block name=a}x{/block}
{extends file="base.tpl"}
