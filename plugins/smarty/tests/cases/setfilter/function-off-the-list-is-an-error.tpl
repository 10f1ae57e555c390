{setfilter system}{'id'}{/setfilter}
