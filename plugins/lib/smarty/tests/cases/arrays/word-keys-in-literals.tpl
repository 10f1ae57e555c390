{foreach [one=>1,3=>c] as $k=>$v}{$k}={$v};{/foreach} {foreach [true=>a,null=>b,false=>c] as $k=>$v}{$k}={$v};{/foreach}
