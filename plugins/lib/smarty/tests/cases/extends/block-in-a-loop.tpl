{extends file="base.tpl"}{block name=row}<{$r}>{/block}
