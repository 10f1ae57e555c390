{json_last_error()} {json_last_error_msg()}
{foreach $bad as $t}{$r=json_decode($t,true,3)}{json_last_error()} {json_last_error_msg()}
{/foreach}
{$r=json_encode(INF)}{json_last_error()} {$r=json_encode(chr(255),JSON_PARTIAL_OUTPUT_ON_ERROR)}{$r} {json_last_error_msg()} {$r=json_encode(1)}{json_last_error_msg()}
{$r=json_decode(('"a'|cat:chr(255):'"'),true,9,JSON_INVALID_UTF8_IGNORE)}{$r} {json_last_error()} {$r=json_decode(('"a'|cat:chr(255):'"'),true,9,JSON_INVALID_UTF8_SUBSTITUTE)}{$r}
{preg_last_error()} {preg_last_error_msg()}
{$r=preg_match('/a/u',chr(255))}{preg_last_error()} {preg_last_error_msg()}
{$m=0}{$r=preg_match('/./u','é',$m,0,1)}{preg_last_error()} {preg_last_error_msg()}
{$r=preg_match('/a/','a',$m,0,9)}{preg_last_error()} {preg_last_error_msg()}
{$r=preg_replace('/a/','b','a')}{preg_last_error()}
