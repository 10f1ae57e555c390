{$a="caf\xe9"}{$b=['k'=>"\xe9",1=>5,2=>["\xe8"]]}{mb_convert_variables('UTF-8','latin1',$a,$b)} {$a} {$b|json_encode:256}
