{$w='base'}[{block name=a}{/block}]{$v}
