{sort($l)}{foreach $l as $v}{$v|json_encode} {/foreach}|{sort($s)}{implode(',',$s)} {sort($t,2)}{implode(',',$t)}
