{$a='x'}{mb_convert_variables('UTF-8','ASCII,UTF-8',$a)}
