{setfilter upper}{$v}text{/setfilter}{$v} {setfilter upper|escape}{$w}{/setfilter}
