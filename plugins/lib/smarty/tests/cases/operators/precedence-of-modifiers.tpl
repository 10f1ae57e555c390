{-5|abs} {10/3|round:2} {1+2|string_format:'%03d'} {2*'3'|cat:'4'} {(10/3)|round:2} {!$v|upper}|
