{extends file="base.tpl"}{block name=a}{include file="part.tpl"}{/block}
