{foreach [$k=>1,"x$k"=>2,$k|upper=>3] as $a=>$b}{$a}={$b};{/foreach} {[1+1=>'two'].2|default:''}
