{extends file="base.tpl"}{block name=row}[{$r@index}{$r@last}]{/block}
