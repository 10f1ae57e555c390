{extends file="base.tpl"}{block name=inner}I2{/block}
