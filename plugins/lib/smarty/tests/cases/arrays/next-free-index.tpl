{foreach [5=>a,b,'x'=>c,d] as $k=>$v}{$k}={$v};{/foreach} {foreach [-5=>a,b] as $k=>$v}{$k}={$v};{/foreach}
