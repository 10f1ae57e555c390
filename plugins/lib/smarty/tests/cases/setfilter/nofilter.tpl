{setfilter upper}{$v nofilter}{$v}{/setfilter}
