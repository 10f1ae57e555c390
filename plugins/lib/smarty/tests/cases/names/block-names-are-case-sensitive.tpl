{extends file="base.tpl"}{block name=A}child{/block}
