{foreach [$k=>1,"x$k"=>2,'y'=>3] as $a=>$b}{$a}={$b};{/foreach}
