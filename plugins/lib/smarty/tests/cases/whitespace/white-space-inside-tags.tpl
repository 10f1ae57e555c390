{$v
} {$v	} {if   1  }a{/if} {$v|upper } {foreach   [1,2]   as   $n  }{$n}{/foreach}
{assign
  var=x
  value="q"
}{$x}
