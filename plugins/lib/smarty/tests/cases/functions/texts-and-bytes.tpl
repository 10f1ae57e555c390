{foreach ['Thompson','knight','Schmidt','Pfister','wright','Xavier','laugh'] as $w}{$w|metaphone} {/foreach}
{strchr('user@host','@')} {json_encode(str_getcsv('a,"b ""q""", c ,'))}
{$q=null}{$none=parse_str('line[1][name]=Anna&line[1][ext]=201&a.b=1&list[]=x&list[]=y',$q)}{json_encode($q)}
{bin2hex(pack('nvC2a4',258,258,1,255,'ab'))} {json_encode(unpack('nport/Cfirst',pack('nC',5060,7)))} {inet_ntop(inet_pton('2001:db8::1'))} {bin2hex(inet_pton('10.0.0.1'))}
