{extends file="base.tpl"}{$t='from child'}{assign var=u value='also'}{block name=a}{$t}{/block}
