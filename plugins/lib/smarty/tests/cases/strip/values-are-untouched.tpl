{strip}
[{$v}]
  {$v|upper}
{/strip}
