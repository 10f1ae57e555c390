{setfilter nosuch}{$v}{/setfilter}
