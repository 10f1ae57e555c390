{setfilter cat:'!'|upper}{$v}{/setfilter}
