{extends file="base.tpl"}
{block name=title}Own title{/block}
