{$t}|{block name=a}{/block}|{$u}
