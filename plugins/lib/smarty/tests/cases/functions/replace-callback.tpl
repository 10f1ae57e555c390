{preg_replace_callback('/[a-z]+/','json_encode','ab 12 cd')} {preg_replace_callback('/(a)(x)?(b)/','json_encode','ab')}
{preg_replace_callback('/\d/','end',$t)|json_encode} {preg_replace_callback(['/a/','/b/'],'count','aabb',2,$n)} {$n}
{preg_replace_callback('/(a)(x)?/','json_encode','ab',-1,$n,768)}
{preg_replace_callback_array(['/\d+/'=>'json_encode','/[ab]/'=>'implode'],'12 ab',1,$n)} {$n}
{preg_replace_callback_array(['/a/'=>'count'],$t)|json_encode}
