{$v='outer'}{$k='okey'}{foreach [1,2] as $k=>$v}{$v}{/foreach}{$v}{$k} {foreach [1,2] as $w}{$w}{/foreach}[{$w}]
