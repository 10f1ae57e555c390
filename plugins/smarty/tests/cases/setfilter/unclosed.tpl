{setfilter upper}x
