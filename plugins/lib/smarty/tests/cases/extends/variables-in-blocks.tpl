{extends file="base.tpl"}{block name=a}{$v}{$w}{/block}
