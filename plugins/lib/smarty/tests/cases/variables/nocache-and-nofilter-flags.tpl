{$v nocache} {$v nofilter} {$v|upper nofilter}
