{extends file="base.tpl"}
{block name=a}
  child
{/block}
