{$sum=0}{foreach [1,2,3] as $v}{$sum=$sum+$v}{$last=$v}{/foreach}{$sum}{$last}
