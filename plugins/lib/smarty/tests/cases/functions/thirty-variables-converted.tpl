{$x='a'}{$v=chr(233)}{mb_convert_variables("UTF-8","ISO-8859-1",$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$v)} {$v}
