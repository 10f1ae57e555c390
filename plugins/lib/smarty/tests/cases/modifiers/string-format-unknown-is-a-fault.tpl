{5|string_format:'%y'}
