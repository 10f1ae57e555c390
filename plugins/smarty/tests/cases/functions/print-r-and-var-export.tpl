{print_r([1,'a'=>['b'=>null,'c'=>true]],true)} {print_r('x',true)} {var_export([1,'a'=>1.0,'b'=>false,'c'=>null,'d'=>"it's"],true)} {var_export(1.5,true)}
