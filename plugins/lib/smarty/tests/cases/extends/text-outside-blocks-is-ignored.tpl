{extends file="base.tpl"}
outside {$v}
{block name=a}A{/block}
more
