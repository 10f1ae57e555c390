{setfilter upper}{'a'}{/setfilter}{/setfilter}{'b'}
